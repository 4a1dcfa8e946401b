package doni.simulator;

import doni.simulator.blazar.Nodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes of a real cluster, as Blazar sees and labels them.
 *
 * @param kubectl the command line, with the kubeconfig of a user who may label nodes
 */
record ClusterNodes(List<String> kubectl) implements Nodes {

  private static final String LABEL = "blazar.openstack.org/device";

  ClusterNodes {
    kubectl = List.copyOf(kubectl);
  }

  @Override
  public boolean isThere(String name) {
    return run("get", "node", name) == 0;
  }

  @Override
  public void label(String name, String device) {
    expect("label", "--overwrite", "node", name, LABEL + "=" + device);
  }

  @Override
  public void unlabel(String name) {
    if (isThere(name)) {
      expect("label", "node", name, LABEL + "-");
    }
  }

  private void expect(String... arguments) {
    int code = run(arguments);
    if (code != 0) {
      throw new IllegalStateException("kubectl " + String.join(" ", arguments) + ": " + code);
    }
  }

  private int run(String... arguments) {
    List<String> command = new ArrayList<>(kubectl);
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
