@NullMarked
package doni.worker.fake;

import org.jspecify.annotations.NullMarked;
