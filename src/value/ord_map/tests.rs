use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    /// Whatever is done to it, it is what the standard library's map would be, and a clone stays what it was.
    #[test]
    fn it_is_a_map(steps in prop::collection::vec((any::<bool>(), 0u16..400), 0..1500)) {
        let (mut map, mut model) = (OrdMap::new(), BTreeMap::new());
        let mut past = Vec::new();
        for (step, (inserts, key)) in steps.into_iter().enumerate() {
            if inserts {
                prop_assert_eq!(map.insert(key, step), model.insert(key, step));
            } else {
                prop_assert_eq!(map.remove(&key), model.remove(&key));
            }
            prop_assert_eq!(map.len(), model.len());
            prop_assert_eq!(map.get(&key), model.get(&key));
            prop_assert_eq!(map.get_min(), model.first_key_value());
            prop_assert_eq!(map.get_max(), model.last_key_value());
            if step % 100 == 0 {
                past.push((map.clone(), model.clone()));
            }
        }
        past.push((map, model));
        for (before, after) in past.iter().zip(&past[1..]).chain(past.last().zip(past.first())) {
            let mut patched = before.1.clone();
            before.0.differences(&after.0, &mut |key, was, is| {
                assert_eq!(before.1.get(key), was);
                match is {
                    Some(value) => patched.insert(*key, *value),
                    None => patched.remove(key),
                };
            });
            prop_assert_eq!(&patched, &after.1);
        }
        for (map, model) in past {
            prop_assert!(map.iter().eq(model.iter()));
            prop_assert!(map.starting_at(&200).eq(model.range(200..)));
        }
    }
}

#[test]
fn entries_in_order_fill_their_chunks() {
    let map: OrdMap<usize, ()> = (0..10 * CHUNK).map(|key| (key, ())).collect();
    assert_eq!(map.chunks.len(), 10);
}

#[test]
fn differences_are_looked_for_where_something_was_written() {
    let map: OrdMap<usize, usize> = (0..100 * CHUNK).map(|key| (key, key)).collect();
    let mut later = map.clone();
    later.insert(20 * CHUNK + 1, 0);
    later.remove(&(50 * CHUNK));
    let mut told = 0;
    map.differences(&later, &mut |_, _, _| told += 1);
    assert!(told <= 2 * CHUNK, "{told} entries were looked at");
}
