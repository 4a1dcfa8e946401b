package doni.worker.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import org.junit.jupiter.api.Test;

/** What an operator is told of Tunelo. */
class CheckupIT {

  @Test
  void saysHowManyChannelsThereAre() {
    try (TuneloSite site = new TuneloSite()) {
      site.steady(1);

      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOf(Finding.Ok.class)
          .extracting(Finding::found)
          .asString()
          .matches("Tunelo answers; the site has [1-9]\\d* channels");
    }
  }
}
