/** The management port: metrics, health and the API description, apart from the API. */
@NullMarked
package doni.api.management;

import org.jspecify.annotations.NullMarked;
