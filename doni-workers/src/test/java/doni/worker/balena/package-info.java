/** The balena worker against a simulated Balena, over HTTP. */
@org.jspecify.annotations.NullMarked
package doni.worker.balena;
