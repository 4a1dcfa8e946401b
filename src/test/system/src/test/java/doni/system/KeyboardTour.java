package doni.system;

import java.util.ArrayList;
import java.util.List;
import org.openqa.selenium.Keys;

/**
 * What a user of the keyboard comes to on a page, from its beginning to its end.
 *
 * @param stops what has the focus, one after the other: an address, a name, or the tag
 * @param missed controls that a mouse can use and the keyboard did not reach
 * @param unseen stops that do not show that they have the focus
 */
record KeyboardTour(List<String> stops, List<String> missed, List<String> unseen) {

  private static final int MOST_STOPS = 400;
  private static final int MOST_ROUNDS = 10;

  private static final String FIND_CONTROLS =
      """
      const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
      const tour = window.tour = {reached: new Set(), unseen: []};
      tour.called = one => one.getAttribute('href') || one.name || one.getAttribute('aria-label') || one.tagName;
      tour.controls = [...document.querySelectorAll(all)].filter(one =>
        one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.type !== 'hidden');
      """;

  /** Returns what has the focus; nothing when it has left the page or come round. */
  private static final String STOP =
      """
      const one = document.activeElement;
      if (one === document.body || tour.reached.has(one)) return '';
      tour.reached.add(one);
      const style = getComputedStyle(one);
      if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) tour.unseen.push(tour.called(one));
      return tour.called(one);
      """;

  private static final String MISSED =
      "return tour.controls.filter(one => !tour.reached.has(one)).map(tour.called)";

  /** Whether the page has replaced a part of itself since the tour began. */
  private static final String REPLACED = "return tour.controls.some(one => !one.isConnected)";

  /** Goes round the page, again from its beginning where a live update came in between. */
  static KeyboardTour of(Chromium browser) {
    KeyboardTour tour = round(browser);
    for (int again = 1; again < MOST_ROUNDS && browser.isTrue(REPLACED); again++) {
      browser.reload();
      tour = round(browser);
    }
    return tour;
  }

  private static KeyboardTour round(Chromium browser) {
    browser.script(FIND_CONTROLS);
    List<String> stops = new ArrayList<>();
    String stop;
    do {
      browser.press(Keys.TAB);
      stop = browser.text(STOP);
      stops.add(stop);
    } while (!stop.isEmpty() && stops.size() < MOST_STOPS);
    return new KeyboardTour(stops, browser.texts(MISSED), browser.texts("return tour.unseen"));
  }
}
