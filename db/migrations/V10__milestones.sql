-- When each milestone on a device's way to Ready was reached, as {"<milestone>": "<time>"}; a milestone that is lost again is removed.
-- Empty for a device that was synced before this migration and has not changed since: that it reached them follows from its details.
-- Locks: worker_task for a moment, no row is rewritten. Recovery: none needed, a failed migration leaves nothing behind.

alter table worker_task add column milestones jsonb not null default '{}';
