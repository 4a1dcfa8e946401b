/** The Blazar workers against a simulated Blazar, over HTTP, wired as in the service. */
@NullMarked
package doni.worker.blazar;

import org.jspecify.annotations.NullMarked;
