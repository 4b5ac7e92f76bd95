//! The tutorial's scenarios: each row was recorded from a real broker; its script under `www/examples` must do the
//! same here. One row, one test. `the_table` prints them all, with what is not held and what is left out.

mod check;
mod row;
mod seen;

use std::io::Write;

use row::Row;

/// A test for each row.
macro_rules! rows {
    ($($name:ident)*) => {
        /// The names of all rows that have a test.
        const ROWS: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                hold(&row::find(stringify!($name)));
            }
        )*
    };
}

rows! {
    s01a_hello_no_such_user
    s01b_hello_user_without_permissions
    s01c_hello_product_then_client
    s01d_hello_client_then_product
    s01e_hello_queue_kept
    s02a_no_ack_sent_twice
    s02b_ack_twice
    s02c_ack_killed_midway
    s02d_no_ack_true_killed
    s02e_second_client_takes_over
    s03a_rr_c1_c2_pub
    s03b_rr_c2_c1_pub
    s03c_rr_pub_c1_c2
    s03d_rr_pub_c2_c1
    s03e_rr_pub_both_at_once
    s03f_rr_rotation_3_3_3
    s03g_rr_10_10
    s04a_prefetch1_c1_c2_pub
    s04b_prefetch1_c2_c1_pub
    s04c_prefetch1_pub_c1_c2
    s04d_prefetch1_pub_c2_c1
    s04e_prefetch1_both_at_once
    s04f_prefetch1_slow_only_c2_c2
    s04g_mixed
    s04h_mixed
    s05a_durable_restart
    s05b_restart_transient_and_nondurable
    s05c_restart_with_consumers
    s05d_restart_unacked
    s05e_broker_killed
    s05f_stop_app
    s06a_406_client_not_durable
    s06b_406_reverse
    s06c_406_exchange
    s06d_404_no_queue
    s06e_wrong_password
    s06f_405_exclusive
    s07a_fanout_two_subs_then_pub
    s07b_fanout_pub_first
    s07c_fanout_late_subscriber
    s07d_missing_exchange
    s07e_missing_exchange_pause
    s07f_missing_exchange_confirm
    s07g_missing_exchange_3000
    s07h_sub_missing_exchange
    s08a_direct
    s08b_direct_pub_first
    s08c_direct_unbound_key
    s09a_topic
    s09b_topic_matrix
    s10a_rpc
    s10b_rpc_client_first
    s10c_rpc_queue_waits
    s10d_rpc_two_clients
    s10e_rpc_stray_replies
    s10f_rpc_server_killed
    s10g_rpc_client_killed
    s10h_rpc_two_servers
    s11_perm_all
    s11_perm_bad
    s11_perm_configure_only
    s11_perm_exact
    s11_perm_hello_read_refused
    s11_perm_hello_refused
    s11_perm_hello_write_refused
    s11_perm_no_configure
    s11_perm_none_empty
    s11_perm_prefix
    s11_perm_read_only
    s11_perm_tutorial_names
    s11_perm_unanchored
    s11_perm_write_only
    s12c_delivery_ack_timeout
}

/// What differs from the recording when the row's script is run as it was recorded.
fn differences(row: &Row) -> Vec<String> {
    match seen::run(row) {
        Ok(seen) => check::differences(row, &seen),
        Err(why) => vec![why],
    }
}

#[track_caller]
fn hold(row: &Row) {
    let differences = differences(row);
    assert!(
        differences.is_empty(),
        "{} ({}) is not held:\n  {}",
        row.row,
        row.script,
        differences.join("\n  ")
    );
}

/// Writes past the test harness, which keeps the output of tests that pass to itself.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error is open");
}

#[test]
fn the_table() {
    let files = row::load();
    let (mut held, mut not_held) = (0, 0);
    say("");
    for row in files.iter().flat_map(|file| &file.rows) {
        let differences = differences(row);
        if differences.is_empty() {
            held += 1;
            say(&format!("{:42} held      {}", row.row, row.script));
        } else {
            not_held += 1;
            say(&format!("{:42} NOT HELD  {}: {}", row.row, row.script, differences.join("; ")));
        }
        for left_out in &row.left_out {
            say(&format!("{:42}   without {left_out}", ""));
        }
    }
    for left_out in files.iter().flat_map(|file| &file.left_out) {
        say(&format!("{:42} left out  {}", left_out.row, left_out.why));
    }
    let left_out: usize = files.iter().map(|file| file.left_out.len()).sum();
    say(&format!("tutorial rows: {held} held, {not_held} not held, {left_out} left out\n"));
    assert_eq!(not_held, 0, "each has a test of its own that says more");
}

#[test]
fn every_row_has_its_test() {
    let files = row::load();
    let mut rows: Vec<_> = files.iter().flat_map(|file| &file.rows).map(|row| row.row.as_str()).collect();
    let mut tests = ROWS.to_vec();
    rows.sort_unstable();
    tests.sort_unstable();
    assert_eq!(rows, tests);
    assert!(files.iter().all(|file| file.recorded_on == "RabbitMQ 3.10.8"));
    assert!(files.iter().flat_map(|file| &file.rows).all(|row| row.runs >= 1));
}

/// The checker itself: whatever is changed in a row, the row is no longer held.
#[test]
fn a_changed_row_is_not_held() {
    for row in row::load().into_iter().flat_map(|file| file.rows) {
        let seen = seen::run(&row).unwrap_or_else(|why| panic!("{}: {why}", row.row));
        for (what, changed) in changes(&row) {
            assert!(
                !check::differences(&changed, &seen).is_empty(),
                "{}: {what} changed, and it was held",
                row.row
            );
        }
    }
}

/// The row with one thing changed, for each thing it says.
fn changes(row: &Row) -> Vec<(String, Row)> {
    let mut changes = Vec::new();
    let mut change = |what: String, edit: &dyn Fn(&mut Row)| {
        let mut changed = row.clone();
        edit(&mut changed);
        changes.push((what, changed));
    };
    for (name, client) in &row.clients {
        let of = |row: &mut Row| row.clients.remove(name).expect("it was there");
        if client.printed.is_some() {
            change(format!("a line of {name}"), &|row| {
                let mut client = of(row);
                client.printed.iter_mut().for_each(|lines| lines.push("another".to_owned()));
                row.clients.insert(name.clone(), client);
            });
        }
        if client.errors.is_some() {
            change(format!("an error of {name}"), &|row| {
                let mut client = of(row);
                client.errors.iter_mut().for_each(|errors| errors.insert(0, "404 NOT_FOUND".to_owned()));
                row.clients.insert(name.clone(), client);
            });
        }
        for at in 0..client.delivered.as_ref().map_or(0, Vec::len) {
            change(format!("the redelivered flag of delivery {at} to {name}"), &|row| {
                let mut client = of(row);
                client.delivered.iter_mut().for_each(|list| list[at].1 = !list[at].1);
                row.clients.insert(name.clone(), client);
            });
        }
    }
    for (at, moment) in row.moments.iter().enumerate() {
        for queue in 0..moment.queues.len() {
            change(format!("the ready count of queue {queue} at {}", moment.at_ms), &|row| {
                row.moments[at].queues[queue].ready += 1;
            });
            change(format!("the unacked count of queue {queue} at {}", moment.at_ms), &|row| {
                row.moments[at].queues[queue].unacked += 1;
            });
            change(format!("queue {queue} at {}", moment.at_ms), &|row| {
                row.moments[at].queues.remove(queue);
            });
        }
    }
    let another = "another".to_owned();
    for queue in row.ready.keys() {
        change(format!("what is ready in {queue:?}"), &|row| {
            row.ready.entry(queue.clone()).or_default().push(another.clone());
        });
    }
    for share in row.race.one_has_all.iter().chain(&row.race.together) {
        change(format!("what {:?} share", share.clients), &|row| {
            let shares = row.race.one_has_all.iter_mut().chain(&mut row.race.together);
            shares.for_each(|share| share.bodies.push(another.clone()));
        });
    }
    for client in row.race.begins.keys().chain(row.race.prints_begin.keys()) {
        change(format!("what {client} begins with"), &|row| {
            let begins = row.race.begins.values_mut().chain(row.race.prints_begin.values_mut());
            begins.for_each(|first| first.insert(0, another.clone()));
        });
    }
    changes
}
