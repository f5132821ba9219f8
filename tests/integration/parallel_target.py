# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""parallel_target.py HOW: threads, fork, spawn, pool or asyncio, each worker with arrays of its own.

Says what each worker holds as JSON {name: [pid, address, bytes]}, then READY, and waits for a line.
"""
import asyncio
import concurrent.futures
import json
import multiprocessing
import multiprocessing.shared_memory
import os
import sys
import threading

import numpy as np

WORKERS = 4
PAGE = os.sysconf("SC_PAGE_SIZE")
SHARED_PAGES = 101
sizes = [300_007, 400_009, 500_009, 600_011]


def where(array):
    return [os.getpid(), array.__array_interface__["data"][0], array.nbytes]


def wait(facts):
    print(json.dumps(facts))
    print("READY", flush=True)
    sys.stdin.readline()


def thread_work(index, ready, done, told):
    mine = np.zeros(sizes[index])
    mine[:1000 * index] = 1
    a = np.ones((211, 211)) * index
    product = a @ a
    told[f"mine{index}"] = where(mine)
    told[f"product{index}"] = where(product)
    ready.wait()
    done.wait()
    return float(product.sum())


def threads():
    told = {}
    ready, done = threading.Barrier(WORKERS + 1), threading.Event()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for index in range(WORKERS):
            pool.submit(thread_work, index, ready, done, told)
        ready.wait()
        wait(told)
        done.set()


def child(index, name, said, done):
    """Has an array of its own, and every WORKERS-th page of the block that all share."""
    mine = np.zeros(sizes[index])
    mine[:1000 * index] = 1
    block = multiprocessing.shared_memory.SharedMemory(name)
    shared = np.ndarray((SHARED_PAGES, PAGE), dtype="u1", buffer=block.buf)
    shared[index::WORKERS, 7] = 1
    said.put({f"mine{index}": where(mine), f"shared{index}": where(shared)})
    done.wait()


def processes(method):
    context = multiprocessing.get_context(method)
    block = multiprocessing.shared_memory.SharedMemory(create=True, size=SHARED_PAGES * PAGE)
    shared = np.ndarray((SHARED_PAGES, PAGE), dtype="u1", buffer=block.buf)
    shared[13, 0] = 1
    inherited = np.ones(700_001)
    said, done = context.Queue(), context.Event()
    children = [context.Process(target=child, args=(index, block.name, said, done))
                for index in range(WORKERS)]
    for process in children:
        process.start()
    told = {"shared": where(shared), "inherited": where(inherited)}
    for _ in children:
        told.update(said.get())
    wait(told)
    done.set()
    for process in children:
        process.join()
    del shared
    block.close()
    block.unlink()


def task(index):
    """A pool's worker keeps what a task has left in its globals."""
    globals()["kept"] = np.ones(sizes[index])
    gate.wait()
    return where(globals()["kept"])


def share_gate(barrier):
    globals()["gate"] = barrier


def pool():
    barrier = multiprocessing.Barrier(WORKERS)
    with multiprocessing.Pool(WORKERS, share_gate, (barrier,)) as workers:
        told = workers.map(task, range(WORKERS), chunksize=1)
        wait({f"kept{index}": fact for index, fact in enumerate(told)})


async def serve(path):
    told, state = {}, {"cache": np.ones(700_001)}
    told["cache"] = where(state["cache"])

    async def session(reader, writer):
        buffer = np.zeros(sizes[len(told) - 1])
        buffer[:5000] = 1
        told[f"buffer{len(told) - 1}"] = where(buffer)
        writer.write(b"hello\n")
        await reader.readline()
        writer.close()
        return float(buffer[0])

    server = await asyncio.start_unix_server(session, path)
    async with server:
        ends = []
        for _ in range(WORKERS):
            reader, writer = await asyncio.open_unix_connection(path)
            await reader.readline()
            ends.append(writer)
        wait(told)
        for writer in ends:
            writer.write(b"end\n")
            writer.close()


def main():
    how = sys.argv[1]
    if how == "threads":
        threads()
    elif how in ("fork", "spawn"):
        processes(how)
    elif how == "pool":
        pool()
    else:
        asyncio.run(serve(sys.argv[2]))


if __name__ == "__main__":
    main()
