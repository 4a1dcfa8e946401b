@NullMarked
package doni.remote;

import org.jspecify.annotations.NullMarked;
