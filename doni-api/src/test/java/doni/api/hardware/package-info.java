/** Tests of hardware over HTTP. */
@NullMarked
package doni.api.hardware;

import org.jspecify.annotations.NullMarked;
