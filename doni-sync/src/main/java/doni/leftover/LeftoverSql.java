package doni.leftover;

import doni.database.RowClaimSql;
import doni.task.WorkerTaskSql;
import java.time.Duration;

/** The longer statements of {@link LeftoverStore}. */
final class LeftoverSql {

  static final RowClaimSql CLAIM =
      new RowClaimSql("claim", "claimed_until", Duration.ofMinutes(10));

  static final String TAKE =
      """
      insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
        state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
      select :deletion, h.uuid, t.worker_type, h.name, h.project_id, h.hardware_type, h.properties,
        t.state_details,
        coalesce((select jsonb_agg(jsonb_build_array(w.uuid, w.starts_at, w.ends_at) order by w.starts_at)
          from availability_window w where w.hardware_uuid = h.uuid), '[]'),
        h.generation + 1, h.created_at, :now, :by, :now
      from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = :uuid
      order by t.worker_type
      returning worker_type
      """;

  static final String CLAIM_DUE =
      """
      update leftover l set %s
      where l.id = (
        select id from leftover
        where worker_type = :worker and next_attempt_at <= :now and %s
        order by next_attempt_at, id limit 1 for update skip locked)
      returning l.id,
        (select json_object_agg(o.worker_type, o.state_details) from leftover o
          where o.deletion = l.deletion and o.worker_type = any(:followed))::text as followed
      """
          .formatted(CLAIM.take(), CLAIM.isFree());

  static final String OBSTACLE =
      """
      select case
        when %s
          then 'an attempt for the device still runs'
        when exists (select from leftover o
          where o.worker_type = l.worker_type and o.hardware_uuid = l.hardware_uuid and o.id < l.id)
          then 'the leftover of an earlier deletion of the device is removed first'
        when exists (select from hardware h join worker_task t on t.hardware_uuid = h.uuid
          where h.uuid = l.hardware_uuid and t.worker_type = l.worker_type)
          then 'its uuid is enrolled again'
        when :byName and exists (select from hardware h join worker_task t on t.hardware_uuid = h.uuid
          where lower(h.name) = lower(l.name) and t.worker_type = l.worker_type)
          then 'its name is enrolled again, and the backend knows devices by their names'
      end
      from leftover l where l.id = :id
      """
          .formatted(WorkerTaskSql.DEVICE_OF_LEFTOVER_IS_ATTEMPTED);

  private LeftoverSql() {}
}
