package doni.cli;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;

/**
 * The service without what serves and what reconciles: the inventory and what knows its fields, for
 * a command that works on it and ends.
 */
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "doni")
@ComponentScan(
    basePackages = "doni",
    excludeFilters =
        @ComponentScan.Filter(
            type = FilterType.REGEX,
            pattern = {
              "doni\\.(api|cli|intake|lane|policy|webhook)\\..*",
              "doni\\.DoniApplication"
            }))
final class InventoryTools {}
