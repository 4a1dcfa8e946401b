/** Requests that clients send all the time, answered before Spring Security and Spring MVC. */
@NullMarked
package doni.api.shortcut;

import org.jspecify.annotations.NullMarked;
