"""Fleets against requests one by one: arrivals by chance at instances that slow down as they fill."""

from __future__ import annotations

import heapq
import math
from collections import deque

import numpy as np
import pytest

from nextdollar.compute.fleet.headroom import waiting_share
from nextdollar.compute.fleet.instances import FleetPolicy, fleet_for

STAY_S = 2.0


class Instance:
    """Requests that share an instance: with k of n places taken one takes stay x (f + (1 - f) k / n)."""

    def __init__(self, n_concurrent: int, alone_share: float) -> None:
        self.n_concurrent, self.alone_share = n_concurrent, alone_share
        self.ends: list[float] = []
        self.done, self.seen_at = 0.0, 0.0

    def speed(self) -> float:
        taken = len(self.ends) / self.n_concurrent
        return 1.0 / (STAY_S * (self.alone_share + (1.0 - self.alone_share) * taken))

    def next_end(self) -> float:
        return self.seen_at + (self.ends[0] - self.done) / self.speed() if self.ends else math.inf

    def advance(self, now: float) -> None:
        if self.ends:
            self.done += (now - self.seen_at) * self.speed()
        self.seen_at = now

    def start(self, now: float, work: float) -> None:
        self.advance(now)
        heapq.heappush(self.ends, self.done + work)

    def finish(self, now: float) -> None:
        self.advance(now)
        heapq.heappop(self.ends)


def share_that_waits(
    rate_per_s, n_instances, n_concurrent, *, alone_share=1.0, is_exponential=False, gap_variance=1.0
) -> float:
    """Share of requests that find every place taken; each is sent to the emptiest instance."""
    rng = np.random.default_rng(20_261_121)
    n_requests = 12_000
    shape = 1.0 / gap_variance
    arrivals = np.cumsum(rng.gamma(shape, 1.0 / (shape * rate_per_s), n_requests)).tolist()
    work = rng.exponential(1.0, n_requests).tolist() if is_exponential else [1.0] * n_requests
    instances = [Instance(n_concurrent, alone_share) for _ in range(n_instances)]
    queue: deque[float] = deque()
    waited = []
    for now, size in zip(arrivals, work, strict=True):
        while (first := min(instances, key=Instance.next_end)).next_end() <= now:
            at = first.next_end()
            first.finish(at)
            if queue:
                first.start(at, queue.popleft())
        emptiest = min(instances, key=lambda item: len(item.ends))
        waits = len(emptiest.ends) == n_concurrent
        waited.append(waits)
        if waits:
            queue.append(size)
        else:
            emptiest.start(now, size)
    return float(np.mean(waited[n_requests // 10 :]))


def rate_that_fills(n_instances: int, n_concurrent: int, policy: FleetPolicy) -> float:
    """Highest rate for which a fleet has no more than so many instances."""
    rates = np.linspace(0.01, 1.0, 2000) * n_instances * n_concurrent / STAY_S
    fleet = fleet_for(rates, STAY_S, n_concurrent=float(n_concurrent), policy=policy)
    return float(rates[fleet.n_needed_by_hour <= n_instances].max())


@pytest.mark.parametrize(("n_instances", "n_concurrent"), [(1, 16), (4, 8)])
class TestAFullFleet:
    def test_the_simulation_waits_as_often_as_erlang_says(self, n_instances, n_concurrent):
        rate = rate_that_fills(n_instances, n_concurrent, FleetPolicy())
        simulated = share_that_waits(rate, n_instances, n_concurrent, is_exponential=True)
        # The standard error of waits that come in clusters is near 0.006.
        assert simulated == pytest.approx(waiting_share(rate * STAY_S, n_instances * n_concurrent), abs=0.018)

    def test_no_more_requests_wait_than_are_allowed(self, n_instances, n_concurrent):
        rate = rate_that_fills(n_instances, n_concurrent, FleetPolicy())
        assert share_that_waits(rate, n_instances, n_concurrent) < 0.05 + 0.018

    def test_a_tenth_more_load_would_be_too_much(self, n_instances, n_concurrent):
        rate = 1.1 * rate_that_fills(n_instances, n_concurrent, FleetPolicy())
        assert share_that_waits(rate, n_instances, n_concurrent) > 0.05 + 0.018

    def test_fewer_wait_where_an_instance_is_faster_while_it_is_not_full(self, n_instances, n_concurrent):
        rate = rate_that_fills(n_instances, n_concurrent, FleetPolicy())
        assert share_that_waits(rate, n_instances, n_concurrent, alone_share=0.5) < 0.05

    def test_bursts_are_held_by_the_room_kept_for_them(self, n_instances, n_concurrent):
        bursty = FleetPolicy(arrival_variance_factor=4.0)
        rate = rate_that_fills(n_instances, n_concurrent, bursty)
        assert share_that_waits(rate, n_instances, n_concurrent, gap_variance=4.0) < 0.05 + 0.018
        careless = rate_that_fills(n_instances, n_concurrent, FleetPolicy())
        assert share_that_waits(careless, n_instances, n_concurrent, gap_variance=4.0) > 0.1
