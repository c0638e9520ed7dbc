//! Bugs that are put in on purpose: the checker must find each, within a few seeds.

use tiwizi_federation_core::flow::plant::Plant;

use crate::world::{Plan, simulate};

/// How many seeds it may take.
const SEEDS: u64 = 60;

/// Runs seed after seed until a bug breaks what it is there to break. It may break other things before.
fn is_found(plant: Plant, breaks: &[&str]) {
    let mut others = Vec::new();
    for seed in 0..SEEDS {
        let Err((broken, _)) = simulate(Plan { plant: Some(plant), ..Plan::of(seed) }) else { continue };
        let what = format!("seed {seed} breaks {}: {}", broken.invariant, broken.what);
        if breaks.contains(&broken.invariant) {
            println!("{plant:?}: {what}");
            return;
        }
        others.push(what);
    }
    panic!("{plant:?} did not break {breaks:?} within {SEEDS} seeds, only {others:#?}");
}

// Each bug with the promises that it breaks; where one follows from the other, either will do.
macro_rules! plants {
    ($($name:ident: $plant:ident breaks $($invariant:literal)*;)*) => {$(
        #[test]
        fn $name() {
            is_found(Plant::$plant, &[$($invariant),*]);
        }
    )*};
}

plants! {
    a_version_that_is_given_twice_is_found: VersionTwice breaks "I1" "I24";
    a_home_that_writes_what_it_offered_is_found: WriteAfterOffer breaks "I2" "I24";
    a_page_that_is_not_held_to_its_root_is_found: RootUnchecked breaks "I3";
    a_cursor_that_is_stored_apart_is_found: CursorApart breaks "I3";
    a_row_that_was_withdrawn_and_stays_is_found: WithdrawnKept breaks "I4";
    a_gate_that_gives_to_others_is_found: GateOpen breaks "I5";
    a_fork_that_is_forgotten_is_found: ForkForgotten breaks "I9";
    an_entry_that_is_applied_again_is_found: Reapply breaks "I11" "I22";
    a_checkpoint_that_leaves_before_it_is_on_the_disk_is_found: PublishUnsynced breaks "I12";
    a_page_that_grows_when_it_is_cut_is_found: PageGrows breaks "I14";
    entries_that_go_by_their_age_are_found: ReleaseByAge breaks "I15" "I17";
    what_is_kept_of_a_refused_page_is_found: KeepRefused breaks "I16";
    an_entry_that_stops_its_log_is_found: PoisonStops breaks "I17";
    parked_entries_that_are_forgotten_are_found: ParkedForgotten breaks "I18" "I4";
    unknown_fields_that_are_lost_are_found: UnknownDropped breaks "I18" "I4";
    a_home_that_needs_the_registrar_is_found: WriteNeedsRegistrar breaks "I20";
    a_proposal_that_is_carried_out_twice_is_found: ProposalTwice breaks "I21";
    an_entry_before_its_cause_is_found: CauseIgnored breaks "I22";
    an_order_by_time_is_found: OrderByTime breaks "I23" "I4";
    a_seal_that_compares_nothing_is_found: SealUncompared breaks "I24";
    a_receiver_that_writes_before_the_seal_is_found: WriteAfterAccept breaks "I24" "I1";
}
