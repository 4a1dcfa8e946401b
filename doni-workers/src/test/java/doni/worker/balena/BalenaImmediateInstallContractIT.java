package doni.worker.balena;

/** With a server that installs services at once, as openBalena does unless it is told otherwise. */
class BalenaImmediateInstallContractIT extends BalenaHttpContractIT {

  @Override
  boolean installsLate() {
    return false;
  }
}
