package doni.contract;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the recorded calls in their order. Each uses what the ones before it left, so the first
 * that fails may take others with it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractIT {

  private final ServiceUnderTest service;
  private final ContractPlayer player;

  ContractIT(@TempDir Path directory) throws IOException {
    service = ServiceUnderTest.start(directory);
    player = new ContractPlayer(service.uri());
  }

  @AfterAll
  void stop() {
    player.close();
    service.close();
  }

  @TestFactory
  Stream<DynamicTest> answersAsRecorded() throws IOException {
    return ContractCase.all()
        .map(recorded -> DynamicTest.dynamicTest(recorded.name(), () -> player.play(recorded)));
  }
}
