package doni.webhook;

import doni.database.RowClaimSql;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.secret.KeyedHash;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * The position of each webhook, shared by all replicas. The replica that sends holds the webhook
 * for a minute at a time. A replica that has lost it cannot move the position, so delivery is at
 * least once.
 *
 * <p>While replicas with an old and a new URL run side by side, only the new URL counts: deliveries
 * to the old URL, and refusals by it, say nothing about the new one. A URL may be a secret, so what
 * is stored of it is a keyed hash; another first key counts as another URL, at the same position.
 *
 * <p>Each statement compares and writes in one step on the database's clock, which an entity
 * cannot.
 */
final class WebhookCursorStore {

  private static final RowClaimSql HOLD =
      new RowClaimSql("holder", "held_until", Duration.ofMinutes(1));

  private static final String MINE =
      " where name = :name and target = :target and " + HOLD.isMine();

  private final JdbcClient jdbc;
  private final KeyedHash hash;
  private final UUID holder = UUID.randomUUID();

  WebhookCursorStore(JdbcClient jdbc, KeyedHash hash) {
    this.jdbc = jdbc;
    this.hash = hash;
  }

  /**
   * The position of a webhook.
   *
   * @param position the last delivered event
   * @param failures consecutive failures
   */
  record Cursor(EventFeedPosition position, int failures) {}

  /** Adds a new webhook at that position; a new URL restarts a webhook that was stopped. */
  void register(WebhookReceiver webhook, EventFeedPosition begin) {
    jdbc.sql(
            """
            insert into webhook (name, target, tx, event_id) values (:name, :target, :tx, :id)
            on conflict (name) do update set target = excluded.target, state = 'ACTIVE', failures = 0, reason = null,
              refused_since = null, next_attempt_at = now(), %s
            where webhook.target <> excluded.target
            """
                .formatted(HOLD.release()))
        .param("name", webhook.name())
        .param("target", target(webhook))
        .param("tx", begin.tx())
        .param("id", begin.id())
        .update();
  }

  /**
   * Takes a webhook in order to send for it; empty when another replica holds it, its next attempt
   * is later, or it is stopped.
   */
  Optional<Cursor> hold(WebhookReceiver webhook) {
    return mine(
            webhook,
            """
            update webhook set %s
            where name = :name and target = :target and state = 'ACTIVE' and next_attempt_at <= now()
              and (%s or %s)
            returning tx, event_id, failures
            """
                .formatted(HOLD.take(), HOLD.isMine(), HOLD.isFree()))
        .query((row, _) ->
            new Cursor(
                new EventFeedPosition(row.getLong("tx"), row.getLong("event_id")),
                row.getInt("failures")))
        .optional();
  }

  /** Moves the position; false when another replica holds the webhook by now. */
  boolean advance(WebhookReceiver webhook, EventFeedPosition position) {
    return mine(
                webhook,
                "update webhook set tx = :tx, event_id = :id, failures = 0, reason = null,"
                    + " refused_since = null, last_success_at = now(), "
                    + HOLD.renew()
                    + MINE)
            .param("tx", position.tx())
            .param("id", position.id())
            .update()
        > 0;
  }

  /**
   * Releases a webhook after a failure; any replica may try again after that time.
   *
   * @param refused whether the receiver refused this event itself
   */
  void fail(WebhookReceiver webhook, String reason, Duration wait, boolean refused) {
    mine(
            webhook,
            "update webhook set failures = failures + 1, reason = :reason,"
                + " refused_since = case when :refused then coalesce(refused_since, now()) end,"
                + " next_attempt_at = now() + :millis * interval '1 millisecond', "
                + HOLD.release()
                + MINE)
        .param("reason", reason)
        .param("refused", refused)
        .param("millis", wait.toMillis())
        .update();
  }

  /** Returns for how long the receiver has refused the next event. */
  Duration refusedFor(WebhookReceiver webhook) {
    return mine(
            webhook,
            "select coalesce(extract(epoch from now() - refused_since), 0)::bigint from webhook"
                + MINE)
        .query((row, _) -> Duration.ofSeconds(row.getLong(1)))
        .optional()
        .orElse(Duration.ZERO);
  }

  void stop(WebhookReceiver webhook, String reason) {
    mine(
            webhook,
            "update webhook set state = 'STOPPED', failures = failures + 1, reason = :reason, "
                + HOLD.release()
                + MINE)
        .param("reason", reason)
        .update();
  }

  /** Releases a webhook; another replica may send at once. */
  void release(WebhookReceiver webhook) {
    mine(webhook, "update webhook set " + HOLD.release() + MINE).update();
  }

  private StatementSpec mine(WebhookReceiver webhook, String sql) {
    return jdbc.sql(sql)
        .param("name", webhook.name())
        .param("target", target(webhook))
        .param("holder", holder);
  }

  /** Returns the age of the oldest undelivered event in seconds; zero if there is none. */
  double lag(WebhookReceiver webhook) {
    return jdbc.sql(
            """
            select extract(epoch from now() - e.at)::float8 from webhook w cross join lateral (
              select at from event where (tx, id) > (w.tx::text::xid8, w.event_id) order by tx, id limit 1) e
            where w.name = ?
            """)
        .param(webhook.name())
        .query((row, _) -> Math.max(0, row.getDouble(1)))
        .optional()
        .orElse(0.0);
  }

  boolean isStopped(WebhookReceiver webhook) {
    return jdbc.sql("select count(*) from webhook where name = ? and state = 'STOPPED'")
            .param(webhook.name())
            .query(Long.class)
            .single()
        > 0;
  }

  private byte[] target(WebhookReceiver webhook) {
    return hash.of(webhook.url().toString());
  }
}
