package doni.system;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** What lies in a service's database, for what cannot be seen over HTTP. */
record Database(String url) {

  /** The names of the replicas that work on something, a dead one's too. */
  List<String> replicasAtWork() throws SQLException {
    return texts("select distinct picked_by from scheduled_tasks where picked");
  }

  /** How many attempts run, or ran on a replica that is dead or stands still. */
  int attempts() throws SQLException {
    return texts("select task_instance from scheduled_tasks where picked").size();
  }

  /** How many attempts run of which no replica has reported anything since that moment. */
  int attemptsWithoutHeartbeatSince(String moment) throws SQLException {
    return texts(
            "select task_instance from scheduled_tasks"
                + " where picked and last_heartbeat < ?::timestamptz",
            moment)
        .size();
  }

  /** Whether the inventory still has a device, be it a deleted one. */
  boolean knows(UUID device) throws SQLException {
    return !texts("select uuid::text from hardware where uuid = ?", device).isEmpty()
        || !texts("select worker_type from worker_task where hardware_uuid = ?", device).isEmpty()
        || !texts(
                "select task_name from scheduled_tasks where task_instance = ?", device.toString())
            .isEmpty();
  }

  /** The names of live hardware. */
  List<String> names() throws SQLException {
    return texts("select name from hardware where deleted_at is null");
  }

  /** Every row of a table as text. */
  List<String> dump(String table) throws SQLException {
    return texts("select t::text from " + table + " t");
  }

  /** Adds live devices, each with a steady task, and nothing for a lane to do. */
  void enroll(int devices) throws SQLException {
    execute(
        """
        insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
        select gen_random_uuid(), 'large-' || n, 'project-' || mod(n, 10), 'device.balena',
          jsonb_build_object('machine_name', 'raspberrypi4-64', 'contact_email', n || '@example.org'), now(), now()
        from generate_series(1, %d) n
        """
            .formatted(devices));
    execute(
        """
        insert into worker_task (hardware_uuid, worker_type, state_details, served_generation, synced_generation, outcome)
        select uuid, 'k8s', jsonb_build_object('node', name), 1, 1, 'SYNCED' from hardware where name like 'large-%'
        """);
    execute("analyze hardware, worker_task");
  }

  /** Gives the devices of {@link #enroll} labels, states and availability that filters find. */
  void vary() throws SQLException {
    execute(
        """
        with numbered as (select uuid, substr(name, 7)::int as n from hardware where name like 'large-%')
        update hardware h set
          labels = case when mod(n, 10) = 0 then '{}' else
            jsonb_build_object('rack', 'r' || mod(n, 50), 'odd', case mod(n, 2) when 1 then 'yes' else 'no' end) end,
          quarantined_at = case when mod(n, 500) = 0 then now() end
        from numbered where h.uuid = numbered.uuid
        """);
    execute(
        """
        update worker_task t set outcome = 'FAILED', reason = 'broken' from hardware h
        where h.uuid = t.hardware_uuid and mod(substr(h.name, 7)::int, 100) = 7
        """);
    execute(
        """
        insert into device_availability (hardware_uuid, availability, since, reason)
        select uuid, case mod(substr(name, 7)::int, 100) when 3 then 'OFFLINE' when 4 then 'NEVER_SEEN' else 'ONLINE' end,
          now(), 'as the test says'
        from hardware where name like 'large-%'
        on conflict (hardware_uuid) do update set availability = excluded.availability
        """);
    execute("analyze hardware, worker_task, device_availability");
  }

  /** How many connections hold a transaction between two statements. */
  int openTransactions() throws SQLException {
    return texts(
            "select pid::text from pg_stat_activity"
                + " where datname = current_database() and state like 'idle in transaction%'")
        .size();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, SitePostgres.USER, "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The database's clock, as it writes it. */
  String now() throws SQLException {
    return texts("select now()::text").getFirst();
  }

  /** Makes every task due without a running attempt, as when all become due at the same time. */
  void makeAllDue() throws SQLException {
    int _ =
        texts(
                "update scheduled_tasks set execution_time = now() where not picked"
                    + " returning task_instance")
            .size();
  }

  /** How many tasks have their next attempt within that time, or run. */
  int dueWithin(String interval) throws SQLException {
    return texts(
            "select task_instance from scheduled_tasks"
                + " where picked or execution_time < now() + ?::interval",
            interval)
        .size();
  }

  /** How many tasks have had no attempt since that moment. */
  int notLookedAtSince(String moment) throws SQLException {
    return texts(
            "select worker_type from worker_task where last_attempt_at < ?::timestamptz", moment)
        .size();
  }

  /** How many attempts of a worker were recorded for each device, by its uuid. */
  Map<String, Long> recordedAttempts(String workerType) throws SQLException {
    return texts(
            "select hardware_uuid || ' ' || version from worker_task where worker_type = ?",
            workerType)
        .stream()
        .map(row -> row.split(" "))
        .collect(Collectors.toMap(row -> row[0], row -> Long.valueOf(row[1])));
  }

  /** Every row of every table as text, as a dump has them. */
  Map<String, String> dump() throws SQLException {
    Map<String, String> dump = new TreeMap<>();
    for (String table :
        texts(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
                + " where schemaname not in ('pg_catalog', 'information_schema')")) {
      dump.put(table, String.join("\n", dump(table)));
    }
    return dump;
  }

  private List<String> texts(String sql, Object... values) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, SitePostgres.USER, "");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<String> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }
}
