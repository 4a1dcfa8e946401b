@NullMarked
package doni.worker.tunelo;

import org.jspecify.annotations.NullMarked;
