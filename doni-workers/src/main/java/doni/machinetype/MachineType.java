package doni.machinetype;

/**
 * A model of single-board computer that a site accepts: data of the site, under {@code
 * doni.machine-types.<name>} or in a file of {@code doni.types-directory}.
 *
 * @param fullName shown to people, also in Blazar
 */
public record MachineType(String fullName, String vendor, String model) {}
