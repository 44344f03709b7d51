package io.reactivestore.bare;

public class Bare {}
