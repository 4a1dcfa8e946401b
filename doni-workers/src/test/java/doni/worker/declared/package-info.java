@NullMarked
package doni.worker.declared;

import org.jspecify.annotations.NullMarked;
