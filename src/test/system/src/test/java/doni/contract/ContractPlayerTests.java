package doni.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The player itself, against a service that answers as recorded, or nearly. */
class ContractPlayerTests {

  @Test
  void acceptsAServiceThatMeetsTheContract() throws Exception {
    try (RecordedService service = new RecordedService();
        ContractPlayer player = new ContractPlayer(service.uri())) {
      List<ContractCase> cases = ContractCase.all().toList();

      assertThat(cases).hasSize(75);
      assertThat(cases)
          .allSatisfy(
              recorded -> assertThatCode(() -> player.play(recorded)).doesNotThrowAnyException());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "root,OpenStack Doni API,Doni",
    "create device,************,acsecret",
    "get one,+00:00,Z",
    "create fake minimal,default-field-value,other",
    "get not a uuid,uuid,id",
    "list limit 1,next,previous",
    "list limit 1,marker,start",
    "export anonymous,machine_name,contact_email",
    "patch invalid value,machine_name,something",
    "get missing,could not be found,is gone"
  })
  void noticesAWrongAnswer(String name, String right, String wrong) throws Exception {
    assertThatThrownBy(() -> playAll(name, body -> body.replace(right, wrong)))
        .isInstanceOf(AssertionError.class);
  }

  /** All cases, one of them answered wrongly; the first failure is thrown. */
  private static void playAll(String wrongCase, UnaryOperator<String> change)
      throws IOException, InterruptedException {
    try (RecordedService service = new RecordedService();
        ContractPlayer player = new ContractPlayer(service.uri())) {
      for (ContractCase recorded : ContractCase.all().toList()) {
        service.change(recorded.name().equals(wrongCase) ? change : UnaryOperator.identity());
        player.play(recorded);
        if (recorded.name().equals(wrongCase)) {
          return;
        }
      }
    }
  }
}
