package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteKind;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** The reasons of refusals, each text as it was observed or is in Blazar's code. */
@NullMarked
class BlazarWriteResultTests {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE       | 404 | Device 'edge-01' not found!                             | NOT_THERE_YET
          CREATE       | 409 | Can't add extracapabilities ['uid'] to Host 1           | NOT_ALL_STORED
          CREATE       | 409 | Servers ['a'] found for host 1                          | OCCUPIED
          CREATE       | 409 | Resource provider 'blazar_1' already exists             | LEFTOVER
          CREATE       | 500 | Duplicate entry for ['name'] in Device model was found  | NAME_TAKEN
          CREATE       | 500 | No such resource provider 1                             | NOT_THERE_YET
          CREATE       | 500 | Internal Server Error                                   | UNKNOWN
          UPDATE       | 404 | Object with {'device_id': '1'} not found                | GONE
          UPDATE       | 409 | Can't add extracapabilities ['uid'] to Host 1           | NOT_ALL_STORED
          UPDATE       | 500 | The device resource type is not supported               | UNCHANGEABLE
          UPDATE       | 500 | Internal Server Error                                   | UNKNOWN
          DELETE       | 404 | Object with {'device_id': '1'} not found                | GONE
          DELETE       | 409 | Can't delete device 1. The device is reserved.          | RESERVED
          DELETE       | 409 | Servers ['a'] found for host 1                          | OCCUPIED
          CREATE_LEASE | 400 | Start date must be later than current date              | TOO_LATE
          CREATE_LEASE | 400 | Lease duration of 9 seconds must be less than or equal  | NOT_GRANTED
          CREATE_LEASE | 500 | Not enough resources available with query {}            | NOT_GRANTED
          CREATE_LEASE | 500 | Not enough hosts available                              | NOT_GRANTED
          CREATE_LEASE | 500 | uid DeviceExtraCapability was not found                 | NOT_GRANTED
          CREATE_LEASE | 500 | The physical:host resource type is not supported        | NOT_SERVED
          CREATE_LEASE | 500 | Internal Server Error                                   | UNKNOWN
          MOVE_LEASE   | 400 | Cannot modify the start date of already started leases  | TOO_LATE
          MOVE_LEASE   | 400 | End date must be later than current and start date      | TOO_LATE
          MOVE_LEASE   | 400 | Terminated leases can only be renamed                   | TOO_LATE
          MOVE_LEASE   | 404 | Object with {'lease_id': '1'} not found                 | GONE
          MOVE_LEASE   | 500 | Invalid lease status.                                   | IN_TRANSITION
          END_LEASE    | 404 | Object with {'lease_id': '1'} not found                 | GONE
          END_LEASE    | 500 | Invalid lease status.                                   | IN_TRANSITION
          END_LEASE    | 500 | Failed to cleanly end lease %(lease_id)s                | UNKNOWN
          """)
  void mapsEachAnswerToItsReason(WriteKind write, int status, String text, RefusalReason reason) {
    assertThat(BlazarWriteResult.refusal(write, answer(status, text)))
        .returns(reason, WriteRefusal::reason)
        .returns(text, WriteRefusal::text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE       | 403 | Policy doesn't allow blazar:devices:post to be performed
          CREATE       | 403 | Invalid values for host {}
          CREATE       | 400 | Capability name is too long
          UPDATE       | 400 | No data to update
          UPDATE       | 406 | Version 1.1 is not supported by the API.
          CREATE_LEASE | 400 | Missing parameter name
          CREATE_LEASE | 400 | 2027-01-01 is an invalid date. Required format: %Y-%m-%d %H:%M
          CREATE_LEASE | 400 | Malformed requirements nonsense
          CREATE_LEASE | 404 | The requested URL was not found on the server.
          END_LEASE    | 403 | Policy doesn't allow blazar:leases:delete to be performed
          """)
  void leavesOtherAnswersToTheEngine(WriteKind write, int status, String text) {
    assertThatThrownBy(() -> BlazarWriteResult.refusal(write, answer(status, text)))
        .isInstanceOfSatisfying(
            BackendException.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(text);
  }

  private static ServiceResponse answer(int status, String text) {
    return new ServiceResponse(
        "blazar",
        ServiceRequest.post("/leases", "{}"),
        status,
        JsonNodeFactory.instance.missingNode(),
        text,
        "req-1");
  }
}
