package doni.hardware;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a list, read from the database page by page while they are iterated, each page by
 * statements of its own. So a list of any length holds the rows of one page, and a slow client
 * holds neither a connection nor a transaction.
 *
 * <p>The first page is read at once, so that a query that is refused fails before the response
 * begins.
 */
final class HardwareRows implements Iterator<HardwareView> {

  /** A row with its tasks takes a few KiB until its view is made. */
  static final int PAGE_ROWS = 256;

  private final PageSource source;
  private long left;
  private Iterator<ListedRow> page;
  private @Nullable PageMarker end;

  /**
   * @param limit maximum number of rows; 0 for all
   * @param start null for the beginning
   */
  HardwareRows(PageSource source, int limit, @Nullable PageMarker start) {
    this.source = source;
    this.left = limit == 0 ? Long.MAX_VALUE : limit;
    this.page = read(start);
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && end != null) {
      page = read(end);
    }
    return page.hasNext();
  }

  @Override
  public HardwareView next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.next().view().get();
  }

  private Iterator<ListedRow> read(@Nullable PageMarker after) {
    int size = (int) Math.min(left, PAGE_ROWS);
    List<ListedRow> rows = source.read(after, size);
    left -= rows.size();
    end =
        rows.size() < size || left == 0
            ? null
            : Objects.requireNonNull(rows.getLast().marker(), "the marker of a full page");
    return rows.iterator();
  }

  /** Reads the rows that follow a marker. */
  @FunctionalInterface
  interface PageSource {

    List<ListedRow> read(@Nullable PageMarker after, int size);
  }

  /**
   * A row of a page.
   *
   * @param marker its place in the order of the list; read only of the last row of a full page
   * @param view decrypts and masks the row, only when its turn comes
   */
  record ListedRow(@Nullable PageMarker marker, Supplier<HardwareView> view) {}
}
