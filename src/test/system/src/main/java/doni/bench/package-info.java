/** Measures the service, each figure next to its bound on the same machine in the same run. */
@NullMarked
package doni.bench;

import org.jspecify.annotations.NullMarked;
