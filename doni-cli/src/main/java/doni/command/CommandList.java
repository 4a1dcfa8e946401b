package doni.command;

import java.util.List;

/** The commands, by their names. Only the one that runs is loaded. */
final class CommandList {

  /** In the order of the help. */
  static final List<String> NAMES =
      List.of(
          "get",
          "describe",
          "events",
          "availability",
          "summary",
          "create",
          "set",
          "bake",
          "delete",
          "quarantine",
          "release",
          "resync",
          "sync",
          "plan",
          "leftovers",
          "import",
          "export",
          "hardware-types",
          "status",
          "api",
          "login",
          "logout",
          "completion");

  private CommandList() {}

  static ApiCommand command(String name) {
    return switch (name) {
      case "get" -> new GetCommand();
      case "describe" -> new DescribeCommand();
      case "events" -> new EventsCommand();
      case "availability" -> new FleetCommands.AvailabilityCommand();
      case "summary" -> new FleetCommands.SummaryCommand();
      case "create" -> new EnrollCommands.CreateCommand();
      case "set" -> new EnrollCommands.SetCommand();
      case "bake" -> new BakeCommand();
      case "delete" -> new DeviceCommands.DeleteCommand();
      case "quarantine" -> new DeviceCommands.QuarantineCommand();
      case "release" -> new DeviceCommands.ReleaseCommand();
      case "resync", "sync" -> new SyncCommand(name);
      case "plan" -> new PlanCommand();
      case "leftovers" -> new SiteCommands.LeftoversCommand();
      case "import" -> new ImportCommand();
      case "export" -> new FleetCommands.ExportCommand();
      case "hardware-types" -> new SiteCommands.HardwareTypesCommand();
      case "status" -> new SiteCommands.StatusCommand();
      case "api" -> new SiteCommands.ApiCallCommand();
      case "login" -> new LoginCommands.LoginCommand();
      case "logout" -> new LoginCommands.LogoutCommand();
      case "completion" -> new CompletionCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
