package io.reactivestore.s3;

public class Known {}
