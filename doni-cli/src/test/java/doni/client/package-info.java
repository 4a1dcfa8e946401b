@NullMarked
package doni.client;

import org.jspecify.annotations.NullMarked;
