package doni.worker.tunelo;

import doni.remote.Listing;
import doni.worker.SiteLock;
import java.time.Clock;

/** What an attempt works with. */
record Means(
    Channels channels,
    Listing<SiteChannels> listing,
    SiteLock lock,
    Claims claims,
    RebuildBrake brake,
    Clock clock) {}
