package doni.api.bulkimport;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.bulkimport.ImportReport;
import doni.bulkimport.ImportReport.Outcome;
import doni.enrollment.HardwareId;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The result of an import. */
@Schema(
    name = "ImportReport",
    requiredProperties = {"stored", "created", "exists", "differs", "invalid", "rows"})
@JsonPropertyOrder({"stored", "created", "exists", "differs", "invalid", "rows"})
record ImportReportJson(
    @Schema(
            description =
                "whether the created rows are stored; false after a dry run, and with mode=all if a row is refused",
            example = "true")
        boolean stored,
    @Schema(example = "1") long created,
    @Schema(example = "0") long exists,
    @Schema(example = "0") long differs,
    @Schema(example = "1") long invalid,
    List<RowJson> rows) {

  /** The result for one row. */
  @Schema(
      name = "ImportedRow",
      requiredProperties = {"line", "outcome"})
  @JsonPropertyOrder({"line", "name", "outcome", "uuid", "violations"})
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record RowJson(
      @Schema(description = "number of the row's first line in the body, from 1", example = "1")
          int line,
      @Schema(example = "edge-01") @Nullable String name,
      @Schema(
              description =
                  "created; exists: already enrolled with the same values, secrets aside; differs: already enrolled with other values, unchanged; invalid",
              allowableValues = {"created", "exists", "differs", "invalid"},
              example = "created")
          String outcome,
      @Schema(format = "uuid", example = "f9caab2e-9bc7-4a67-b09a-d3d7d51a1d0c")
          @Nullable String uuid,
      @Schema(
              description =
                  "all errors or differences, and secrets that were not compared, each with its path",
              example = "[]")
          List<String> violations) {}

  static ImportReportJson of(ImportReport report) {
    return new ImportReportJson(
        report.stored(),
        count(report, Outcome.CREATED),
        count(report, Outcome.EXISTS),
        count(report, Outcome.DIFFERS),
        count(report, Outcome.INVALID),
        report.rows().stream().map(row -> row(report, row)).toList());
  }

  private static RowJson row(ImportReport report, ImportReport.Row row) {
    HardwareId id = row.id();
    boolean known = id != null && (report.stored() || row.outcome() != Outcome.CREATED);
    return new RowJson(
        row.line(),
        row.name(),
        row.outcome().name().toLowerCase(Locale.ROOT),
        known ? String.valueOf(id) : null,
        row.violations());
  }

  private static long count(ImportReport report, Outcome outcome) {
    return report.rows().stream().filter(row -> row.outcome() == outcome).count();
  }
}
