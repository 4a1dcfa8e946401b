/**
 * The workers that make devices and bare-metal hosts reservable in Blazar, and lease them to the
 * site itself for their availability windows.
 */
@NullMarked
package doni.worker.blazar;

import org.jspecify.annotations.NullMarked;
