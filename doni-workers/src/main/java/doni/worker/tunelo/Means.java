package doni.worker.tunelo;

import doni.backend.SharedSnapshot;
import doni.worker.DistributedLock;
import java.time.Clock;

/** What an attempt works with. */
record Means(
    Channels channels,
    SharedSnapshot<SiteChannels> listing,
    DistributedLock lock,
    Claims claims,
    RebuildBrake brake,
    Clock clock) {}
