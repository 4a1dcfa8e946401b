@NullMarked
package doni.reconcile;

import org.jspecify.annotations.NullMarked;
