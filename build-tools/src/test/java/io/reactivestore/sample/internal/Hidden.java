package io.reactivestore.sample.internal;

public class Hidden {}
