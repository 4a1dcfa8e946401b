package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareRows.ListedRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HardwareRowsTests {

  private static final int PAGE = HardwareRows.PAGE_ROWS;

  private final List<String> reads = new ArrayList<>();

  @Test
  void readsAPageOnlyWhenItIsReached() {
    HardwareRows rows = list(10 * PAGE, 0, null);

    IntStream.range(0, PAGE).forEach(_ -> rows.next());
    assertThat(reads).containsExactly("0+256");

    rows.next();
    assertThat(reads).containsExactly("0+256", "256+256");
  }

  @Test
  void returnsEveryRowOnce() {
    assertThat(list(2 * PAGE + 1, 0, null))
        .toIterable()
        .extracting(HardwareView::name)
        .containsExactlyElementsOf(
            IntStream.range(0, 2 * PAGE + 1).mapToObj(Integer::toString).toList());
    assertThat(reads).containsExactly("0+256", "256+256", "512+256");
  }

  @Test
  void readsNoMoreThanTheLimit() {
    assertThat(list(10 * PAGE, PAGE + 1, null)).toIterable().hasSize(PAGE + 1);
    assertThat(reads).containsExactly("0+256", "256+1");
  }

  @Test
  void startsAfterTheMarker() {
    assertThat(list(10, 2, new PageMarker(HardwareId.random().value(), 5)))
        .toIterable()
        .extracting(HardwareView::name)
        .containsExactly("5", "6");
  }

  @Test
  void readsTheFirstPageBeforeItIsIterated() {
    assertThatThrownBy(() ->
            new HardwareRows(
                (_, _) -> {
                  throw new IllegalStateException("refused");
                },
                0,
                null))
        .hasMessage("refused");
  }

  @Test
  void endsAfterTheLastRow() {
    HardwareRows rows = list(1, 0, null);
    rows.next();

    assertThat(rows).isExhausted();
    assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
  }

  /** Lists hardware whose names are 0, 1, 2 and so on. */
  private HardwareRows list(int enrolled, int limit, @Nullable PageMarker start) {
    return new HardwareRows(
        (after, size) -> {
          int from = after == null ? 0 : (int) after.value();
          reads.add(from + "+" + size);
          return IntStream.range(from, Math.min(enrolled, from + size))
              .mapToObj(HardwareRowsTests::row)
              .toList();
        },
        limit,
        start);
  }

  private static ListedRow row(int number) {
    HardwareView view =
        new HardwareView(
            HardwareId.random(),
            Integer.toString(number),
            "project",
            "sample",
            Map.of(),
            Instant.EPOCH,
            null,
            Generation.FIRST,
            null,
            List.of());
    return new ListedRow(new PageMarker(view.id().value(), number + 1), () -> view);
  }
}
