-- Where the cause lies that keeps a task from being steady (doni.worker.Outcome.BlockedBy), so that the way to Ready sends the right
-- person to it; null for a task that is steady, or that ended its last attempt before this migration.
-- Locks: worker_task for a moment, no row is rewritten; the check is not validated, because every row is null. Recovery: none needed,
-- a failed migration leaves nothing behind.

alter table worker_task add column blocked_by text,
  add constraint worker_task_blocked_by
    check (blocked_by in ('DEVICE', 'ENROLLMENT', 'BACKEND', 'CREDENTIALS', 'SITE')) not valid;
