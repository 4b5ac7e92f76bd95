//! Places the nodes of a topology on an integer grid, from left to right: who publishes, exchanges (further right
//! the more exchanges lead to them), queues, who consumes.
//!
//! Within a column nodes stand in the order in which they were named, unless another order has fewer crossings
//! (found by barycentres): so an edit of the script moves as little as it can.

/// What decides a node's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Publishes: the first column.
    Left,
    /// An exchange.
    Exchange,
    /// A queue: right of all exchanges.
    Queue,
    /// Consumes: the last column.
    Right,
}

/// Sweeps over all columns: more do not help drawings of the size that a screen holds.
const SWEEPS: u32 = 4;
/// Crossings are counted pair by pair; a drawing with more edges is unreadable in any order and keeps that of the text.
const EDGES_MAX: usize = 600;

/// Column and row of each node. Rows of a column are `0..n`, without gaps.
pub fn layout(nodes: &[Place], edges: &[(u32, u32)]) -> Vec<(u16, u16)> {
    let columns = columns(nodes, edges);
    let count = columns.iter().max().map_or(0, |last| *last as usize + 1);
    let mut order: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (node, column) in columns.iter().enumerate() {
        order[*column as usize].push(node as u32);
    }
    if edges.len() <= EDGES_MAX {
        order = fewest_crossings(order, &columns, edges);
    }
    let rows = rows(&order, nodes.len());
    columns.into_iter().zip(rows).map(|(column, row)| (column, row as u16)).collect()
}

/// Empty columns are left out, so that a script without exchanges has none.
fn columns(nodes: &[Place], edges: &[(u32, u32)]) -> Vec<u16> {
    let depth = depths(nodes, edges);
    let deepest = nodes
        .iter()
        .zip(&depth)
        .filter(|(place, _)| **place == Place::Exchange)
        .map(|(_, depth)| *depth)
        .max();
    let raw: Vec<u16> = nodes
        .iter()
        .zip(&depth)
        .map(|(place, depth)| match place {
            Place::Left => 0,
            Place::Exchange => 1 + depth,
            Place::Queue => 2 + deepest.unwrap_or(0),
            Place::Right => 3 + deepest.unwrap_or(0),
        })
        .collect();
    let mut used: Vec<u16> = raw.clone();
    used.sort();
    used.dedup();
    raw.into_iter().map(|column| used.iter().position(|used| *used == column).unwrap_or(0) as u16).collect()
}

/// For each exchange, how many exchanges stand before it on the longest way; a cycle is cut at the exchange that was
/// named first.
fn depths(nodes: &[Place], edges: &[(u32, u32)]) -> Vec<u16> {
    let between: Vec<(usize, usize)> = edges
        .iter()
        .map(|(from, to)| (*from as usize, *to as usize))
        .filter(|(from, to)| from != to && nodes[*from] == Place::Exchange && nodes[*to] == Place::Exchange)
        .collect();
    let mut depth = vec![0; nodes.len()];
    let mut open = vec![0_u32; nodes.len()];
    for (_, to) in &between {
        open[*to] += 1;
    }
    let mut rest: Vec<usize> = (0..nodes.len()).filter(|node| nodes[*node] == Place::Exchange).collect();
    while !rest.is_empty() {
        let at = rest.iter().position(|node| open[*node] == 0).unwrap_or(0);
        let node = rest.remove(at);
        for (_, to) in between.iter().filter(|(from, _)| *from == node) {
            if rest.contains(to) {
                depth[*to] = depth[*to].max(depth[node] + 1);
                open[*to] = open[*to].saturating_sub(1);
            }
        }
    }
    depth
}

/// Row of each node.
fn rows(order: &[Vec<u32>], nodes: usize) -> Vec<u32> {
    let mut rows = vec![0; nodes];
    for column in order {
        for (row, node) in column.iter().enumerate() {
            rows[*node as usize] = row as u32;
        }
    }
    rows
}

fn fewest_crossings(first: Vec<Vec<u32>>, columns: &[u16], edges: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut best = first.clone();
    let mut best_count = crossings(&best, columns, edges);
    let mut now = first;
    for sweep in 0..SWEEPS {
        if best_count == 0 {
            break;
        }
        let rightwards = sweep % 2 == 0;
        for step in 1..now.len() {
            let column = if rightwards { step } else { now.len() - 1 - step };
            sort_column(&mut now, column, rightwards, columns, edges);
        }
        let count = crossings(&now, columns, edges);
        if count < best_count {
            (best, best_count) = (now.clone(), count);
        }
    }
    best
}

/// Orders one column by the mean row of the neighbours on the side the sweep comes from. A node without any keeps
/// its own row as its mean; equal means keep their order.
fn sort_column(
    order: &mut [Vec<u32>],
    column: usize,
    rightwards: bool,
    columns: &[u16],
    edges: &[(u32, u32)],
) {
    let rows = rows(order, columns.len());
    let mean = |node: u32| {
        let (mut sum, mut count) = (0_u64, 0_u64);
        for (from, to) in edges {
            let other = match (*from == node, *to == node) {
                (true, false) => *to,
                (false, true) => *from,
                _ => continue,
            };
            let is_left = columns[other as usize] < columns[node as usize];
            if columns[other as usize] != columns[node as usize] && is_left == rightwards {
                sum += u64::from(rows[other as usize]);
                count += 1;
            }
        }
        // In thousandths: whole numbers, the same on every machine.
        (sum * 1_000).checked_div(count).unwrap_or(u64::from(rows[node as usize]) * 1_000)
    };
    let mut keyed: Vec<(u64, u32)> = order[column].iter().map(|node| (mean(*node), *node)).collect();
    keyed.sort_by_key(|(mean, _)| *mean);
    order[column] = keyed.into_iter().map(|(_, node)| node).collect();
}

/// Pairs of edges between the same columns that cross.
fn crossings(order: &[Vec<u32>], columns: &[u16], edges: &[(u32, u32)]) -> u32 {
    let rows = rows(order, columns.len());
    let spans: Vec<(u16, u16, u32, u32)> = edges
        .iter()
        .map(|(from, to)| (*from as usize, *to as usize))
        .map(|(from, to)| (columns[from], columns[to], rows[from], rows[to]))
        .collect();
    let mut count = 0;
    for (at, one) in spans.iter().enumerate() {
        for other in &spans[at + 1..] {
            let beside = one.0 == other.0 && one.1 == other.1;
            let crosses = (one.2 < other.2 && one.3 > other.3) || (one.2 > other.2 && one.3 < other.3);
            count += u32::from(beside && crosses);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{Place, layout};

    #[test]
    fn stands_from_left_to_right() {
        let nodes = [Place::Right, Place::Queue, Place::Exchange, Place::Left];
        assert_eq!(layout(&nodes, &[(3, 2), (2, 1), (1, 0)]), [(3, 0), (2, 0), (1, 0), (0, 0)]);
    }

    #[test]
    fn leaves_no_empty_column() {
        assert_eq!(layout(&[Place::Queue, Place::Right], &[(0, 1)]), [(0, 0), (1, 0)]);
    }

    #[test]
    fn an_exchange_behind_exchanges_stands_further_right() {
        // 0 → 1 → 2 and 0 → 2: the longest way counts.
        let nodes = [Place::Exchange, Place::Exchange, Place::Exchange, Place::Queue];
        assert_eq!(layout(&nodes, &[(0, 1), (1, 2), (0, 2), (2, 3)]), [(0, 0), (1, 0), (2, 0), (3, 0)]);
    }

    #[test]
    fn a_cycle_of_exchanges_is_cut_at_the_first() {
        let nodes = [Place::Exchange, Place::Exchange, Place::Queue];
        assert_eq!(layout(&nodes, &[(0, 1), (1, 0), (1, 2)]), [(0, 0), (1, 0), (2, 0)]);
    }

    #[test]
    fn crossed_consumers_change_places() {
        let nodes = [Place::Queue, Place::Queue, Place::Right, Place::Right];
        assert_eq!(layout(&nodes, &[(0, 3), (1, 2)]), [(0, 0), (0, 1), (1, 1), (1, 0)]);
    }

    #[test]
    fn without_crossings_the_order_of_the_text_stays() {
        let nodes = [Place::Queue, Place::Queue, Place::Queue, Place::Right];
        assert_eq!(layout(&nodes, &[(2, 3)]), [(0, 0), (0, 1), (0, 2), (1, 0)]);
    }
}
