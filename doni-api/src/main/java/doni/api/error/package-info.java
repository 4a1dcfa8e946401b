/** How a refusal or a failure looks to a client; nothing else knows a status code. */
@NullMarked
package doni.api.error;

import org.jspecify.annotations.NullMarked;
