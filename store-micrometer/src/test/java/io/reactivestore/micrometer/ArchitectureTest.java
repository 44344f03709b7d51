package io.reactivestore.micrometer;

import io.reactivestore.build.NonBlockingRules;
import io.reactivestore.build.PublicApiRule;
import io.reactivestore.build.StructureRules;

class ArchitectureTest implements StructureRules, NonBlockingRules, PublicApiRule {}
