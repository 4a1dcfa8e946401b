/** Tests of the balena worker, in memory and against a simulated Balena over HTTP. */
@org.jspecify.annotations.NullMarked
package doni.worker.balena;
