package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.availability.DeviceAvailabilityReader;
import doni.hardware.HardwareListQuery.SortKey;
import doni.testing.TestInventory;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Postgres keeps the plans for the pages of a list without filters, and they look up each device's
 * availability. With 10,000 devices, making a plan takes a third as long as reading a page, and
 * reading all availabilities longer than the page.
 */
class KeptListPlansIT {

  private static final int DEVICES = 10_000;
  private static final int PAGES = 15;

  private final TestInventory inventory = new TestInventory();
  private final SingleConnectionDataSource connection;
  private final JdbcClient jdbc;

  KeptListPlansIT() throws SQLException {
    connection = new SingleConnectionDataSource(inventory.database().getConnection(), true);
    jdbc = JdbcClient.create(connection);
  }

  @BeforeEach
  void enroll() {
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, 'project', 'sample', '{}', now() - n * interval '1 second', now()
            from generate_series(1, ?) n
            """)
        .param(DEVICES)
        .update();
    jdbc.sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason)
            select uuid, 'ONLINE', now(), 'why' from hardware
            """)
        .update();
    jdbc.sql("vacuum analyze hardware, device_availability").update();
  }

  @AfterEach
  void close() {
    connection.destroy();
    inventory.close();
  }

  @Test
  void thePlansOfPagesAreKept() {
    for (int i = 0; i < PAGES; i++) {
      read(null);
      read(new PageMarker(UUID.randomUUID(), OffsetDateTime.now(ZoneOffset.UTC).minusHours(1)));
    }

    record PlanCount(String statement, long reused, long made) {}
    List<PlanCount> plans =
        jdbc.sql(
                "select statement, generic_plans as reused, custom_plans as made from pg_prepared_statements"
                    + " where statement like '%from device_availability%' and statement not like '%pg_prepared%'")
            .query((row, _) ->
                new PlanCount(
                    row.getString("statement"), row.getLong("reused"), row.getLong("made")))
            .list();
    assertThat(plans)
        .hasSize(2)
        .allSatisfy(plan -> assertThat(plan.reused()).as("%s", plan).isGreaterThan(plan.made()));
  }

  @Test
  void aPageLooksUpTheAvailabilityOfItsDevicesAlone() {
    HardwareQuerySql page = page(null);

    List<String> plan =
        jdbc.sql("explain (analyze, costs off, timing off) " + sql(page))
            .params(page.parameters())
            .param(OffsetDateTime.now(ZoneOffset.UTC))
            .query((row, _) -> row.getString(1))
            .list();

    assertThat(plan)
        .anySatisfy(node ->
            assertThat(node)
                .contains("device_availability_pkey on device_availability")
                .contains("loops=" + HardwareRows.PAGE_ROWS));
  }

  private void read(@Nullable PageMarker marker) {
    HardwareQuerySql page = page(marker);
    assertThat(
            jdbc.sql(sql(page))
                .params(page.parameters())
                .param(OffsetDateTime.now(ZoneOffset.UTC))
                .query((row, _) -> row.getString("availability"))
                .list())
        .hasSize(HardwareRows.PAGE_ROWS)
        .containsOnly("ONLINE");
  }

  private static HardwareQuerySql page(@Nullable PageMarker marker) {
    HardwareListQuery query =
        new HardwareListQuery(
            false, null, null, null, null, null, false, SortKey.CREATED_AT, false, 1_000, null);
    return HardwareQuerySql.of(query, "project", marker, HardwareRows.PAGE_ROWS);
  }

  private static String sql(HardwareQuerySql page) {
    return page.select(
        HardwareRow.COLUMNS + ", " + DeviceAvailabilityReader.COLUMNS,
        DeviceAvailabilityReader.JOIN);
  }
}
