! SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
! An example of libpagewatch in Fortran 2008 (iso_c_binding): allocate touches nothing.
module pagewatch
  use, intrinsic :: iso_c_binding
  implicit none

  ! struct pagewatch_pages
  type, bind(c) :: page_counts
    integer(c_int64_t) :: pages, resident, absent, zero, zero_huge, anon, anon_huge, file, shmem, &
                          swapped, guard, reserved(5)
  end type

  ! struct pagewatch_residency
  type, bind(c) :: residency
    integer(c_int64_t) :: page_bytes, range_pages, unreadable, merged
    type(page_counts) :: all, interior
  end type

  interface
    integer(c_int) function pagewatch_query(ptr, bytes, ret, ret_bytes) bind(c)
      import :: c_int, c_ptr, c_size_t, residency
      type(c_ptr), value :: ptr
      integer(c_size_t), value :: bytes, ret_bytes
      type(residency), intent(out) :: ret
    end function

    integer(c_int) function pagewatch_mark(name, ptr, bytes) bind(c)
      import :: c_char, c_int, c_ptr, c_size_t
      character(kind=c_char), intent(in) :: name(*)
      type(c_ptr), value :: ptr
      integer(c_size_t), value :: bytes
    end function

    integer(c_int) function pagewatch_checkpoint(name) bind(c)
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: name(*)
    end function
  end interface
end module

program lazy
  use pagewatch
  implicit none
  integer, parameter :: rows = 1048583, columns = 13
  real(c_double), allocatable, target :: grid(:, :)
  integer(c_size_t) :: bytes

  allocate (grid(rows, columns))
  bytes = int(rows, c_size_t) * columns * c_sizeof(0.0_c_double)
  if (pagewatch_mark('grid' // c_null_char, c_loc(grid), bytes) /= 0) error stop
  call row('allocated')
  grid(:, 7) = 1.0_c_double
  call row('one column')
  if (pagewatch_checkpoint('one column' // c_null_char) < 0) error stop

contains

  subroutine row(what)
    character(*), intent(in) :: what
    type(residency) :: r

    if (pagewatch_query(c_loc(grid), bytes, r, c_sizeof(r)) /= 0) error stop
    print '(a, ": ", i0, " of ", i0)', what, r%interior%resident, r%interior%pages
  end subroutine
end program
