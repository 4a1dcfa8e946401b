/** Tests of the live stream of events. */
