------------------------------- MODULE Pages -------------------------------
(* The kept page of a listing: the first key of a stretch of them, which is the last page if there is no other. Mutations put and delete
   keys, may stay unanswered and be applied late. While a page is asked for nobody knows its last key, so that every mutation in the stretch
   touches it; it is kept if none of those lies in what came. A reader may join an ask. floor says what each key's readers must see:
   what was acknowledged, and of what was not answered what was applied when its doubt has ended. *)
EXTENDS Integers, FiniteSets
CONSTANTS Keys, M, A, Off
VARIABLES src, floor, mut, ask, kept, act
vars == <<src, floor, mut, ask, kept>>
view == vars
On(x) == x \notin Off
K == 1..Keys
None == [k \in K |-> [there |-> FALSE, v |-> -1]]
Idle == [st |-> "idle", key |-> 0, puts |-> FALSE, v |-> 0]
Gone == [st |-> "idle", seen |-> None, touched |-> {}, outdated |-> FALSE, floor |-> [k \in K |-> 0]]
Init == /\ src = [k \in K |-> [there |-> FALSE, v |-> 0]] /\ floor = [k \in K |-> 0] /\ mut = [m \in 1..M |-> Idle]
        /\ ask = [a \in 1..A |-> Gone] /\ kept = None /\ act = <<"init">>
Present(p) == {k \in K : p[k].there}
(* what a page tells something about: all if it is the last one, else up to its last key *)
Covered(p) == IF Cardinality(Present(p)) <= 1 THEN K ELSE {k \in K : \A f \in Present(p) : k <= f}
Max(x, y) == IF x > y THEN x ELSE y
UnderWay == {mut[m].key : m \in {n \in 1..M : mut[n].st = "sent"}}
InDoubt == {mut[m].key : m \in {n \in 1..M : mut[n].st = "doubt"}}
Outdate(on) == [a \in 1..A |-> IF ask[a].st # "idle" /\ on THEN [ask[a] EXCEPT !.outdated = TRUE] ELSE ask[a]]
Begin(m, k, p) == /\ mut[m].st = "idle" /\ mut' = [mut EXCEPT ![m] = [st |-> "sent", key |-> k, puts |-> p, v |-> 0]]
                  /\ kept' = (IF On("drop") /\ k \in Covered(kept) THEN None ELSE kept)
                  /\ ask' = [a \in 1..A |-> IF ask[a].st # "idle" /\ On("touch")
                                            THEN [ask[a] EXCEPT !.touched = @ \cup {k}] ELSE ask[a]]
                  /\ act' = <<"mutation begins, of key", k>> /\ UNCHANGED <<src, floor>>
Apply(m) == /\ mut[m].st \in {"sent", "doubt"} /\ mut[m].v = 0
            /\ src' = [src EXCEPT ![mut[m].key] = [there |-> mut[m].puts, v |-> @.v + 1]]
            /\ mut' = [mut EXCEPT ![m].v = src[mut[m].key].v + 1]
            /\ act' = <<"source applies", m>> /\ UNCHANGED <<floor, ask, kept>>
Owed(m) == [floor EXCEPT ![mut[m].key] = Max(@, mut[m].v)]
Ack(m) == /\ mut[m].st = "sent" /\ mut[m].v > 0 /\ mut' = [mut EXCEPT ![m].st = "over"] /\ floor' = Owed(m)
          /\ ask' = Outdate(On("outdate")) /\ act' = <<"acknowledged", m>> /\ UNCHANGED <<src, kept>>
Unanswered(m) == /\ mut[m].st = "sent" /\ mut' = [mut EXCEPT ![m].st = "doubt"] /\ ask' = Outdate(On("outdate"))
                 /\ act' = <<"no answer", m>> /\ UNCHANGED <<src, floor, kept>>
DoubtEnds(m) == /\ mut[m].st = "doubt" /\ mut' = [mut EXCEPT ![m].st = "over"] /\ floor' = Owed(m)
                /\ ask' = Outdate(On("outdateDoubt")) /\ act' = <<"doubt ends", m>> /\ UNCHANGED <<src, kept>>
Ask(a) == /\ ask[a].st = "idle"
          /\ ask' = [ask EXCEPT ![a] = [Gone EXCEPT !.st = "asked", !.floor = floor,
                !.touched = (IF On("underWay") THEN UnderWay ELSE {}) \cup (IF On("doubt") THEN InDoubt ELSE {})]]
          /\ act' = <<"page asked for by", a>> /\ UNCHANGED <<src, floor, mut, kept>>
Read(a) == /\ ask[a].st = "asked" /\ ask' = [ask EXCEPT ![a].st = "read", ![a].seen = src]
           /\ act' = <<"source lists for", a>> /\ UNCHANGED <<src, floor, mut, kept>>
Join(a) == /\ ask[a].st # "idle" /\ ~ask[a].outdated /\ ask' = [ask EXCEPT ![a].floor = floor]
           /\ act' = <<"a reader joins", a>> /\ UNCHANGED <<src, floor, mut, kept>>
End(a) == /\ ask[a].st = "read" /\ ask' = [ask EXCEPT ![a] = Gone]
          /\ kept' = (IF ask[a].touched \cap Covered(ask[a].seen) = {} THEN ask[a].seen ELSE kept)
          /\ act' = <<"page comes to", a>> /\ UNCHANGED <<src, floor, mut>>
Evict == kept # None /\ kept' = None /\ act' = <<"page dropped">> /\ UNCHANGED <<src, floor, mut, ask>>
Next == \/ Evict \/ \E m \in 1..M : Apply(m) \/ Ack(m) \/ Unanswered(m) \/ DoubtEnds(m) \/ \E k \in K, p \in BOOLEAN : Begin(m, k, p)
        \/ \E a \in 1..A : Ask(a) \/ Read(a) \/ Join(a) \/ End(a)
Spec == Init /\ [][Next]_<<vars, act>>
NoStalePage == kept # None => \A k \in Covered(kept) : kept[k].v >= floor[k]
NoStaleJoin == \A a \in 1..A : ask[a].st = "read" => \A k \in Covered(ask[a].seen) : ask[a].seen[k].v >= ask[a].floor[k]
=============================================================================
