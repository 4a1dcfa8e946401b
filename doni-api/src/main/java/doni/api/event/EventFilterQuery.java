package doni.api.event;

import doni.api.web.QueryParameters;
import doni.event.HardwareEventStore.EventFilter;

/** Reads the parameters that {@link EventFilterParameters} describes. */
public final class EventFilterQuery {

  private EventFilterQuery() {}

  /** Reads a filter; the caller checks the query for violations. */
  public static EventFilter read(QueryParameters query) {
    return new EventFilter(
        query.uuid("hardware"),
        query.known("kind"),
        query.known("worker_type"),
        query.text("user_id"),
        query.text("project_id"));
  }
}
