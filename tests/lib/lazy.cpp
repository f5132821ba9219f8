// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
// An example of libpagewatch in C++11: new touches nothing, a vector writes all of it.
#include <cstdint>
#include <iostream>
#include <memory>
#include <vector>

#include <pagewatch.h>

namespace
{

template <typename T> pagewatch_pages interior(const T *data, std::size_t count)
{
	pagewatch_residency r{};

	if (pagewatch_query(data, count * sizeof(T), &r, sizeof(r)))
		throw 1;
	return r.interior;
}

int count_regions(void *ctx, const pagewatch_region *)
{
	++*static_cast<std::uint64_t *>(ctx);
	return 0;
}

} // namespace

int main()
{
	const std::size_t count = 10000019;
	std::unique_ptr<double[]> raw(new double[count]);
	std::vector<double> filled(count);
	std::uint64_t regions = 0;
	pagewatch_totals totals{};

	std::cout << "new: " << interior(raw.get(), count).resident << "\n";
	const auto pages = interior(filled.data(), count);
	std::cout << "vector: " << (pages.resident == pages.pages ? "all" : "not all") << "\n";
	if (pagewatch_snapshot(0, count_regions, &regions, &totals, sizeof(totals)))
		return 1;
	std::cout << "regions: " << (regions == totals.regions && regions > 0 ? "counted" : "wrong")
		  << "\n";
	return 0;
}
