use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;

proptest! {
    /// Whatever is done to it, it is what the standard library's queue would be, and a clone stays what it was.
    #[test]
    fn it_is_a_queue(steps in prop::collection::vec(0u8..8, 0..1500)) {
        let (mut vector, mut model) = (Vector::new(), VecDeque::new());
        let mut past = Vec::new();
        for (step, what) in steps.into_iter().enumerate() {
            match what {
                0 | 1 => prop_assert_eq!(vector.pop_front(), model.pop_front()),
                2 => prop_assert_eq!(vector.pop_back(), model.pop_back()),
                _ => {
                    vector.push_back(step);
                    model.push_back(step);
                }
            }
            prop_assert_eq!(vector.len(), model.len());
            prop_assert_eq!((vector.front(), vector.back()), (model.front(), model.back()));
            if step % 100 == 0 {
                past.push((vector.clone(), model.clone()));
            }
        }
        past.push((vector, model));
        for (vector, model) in past {
            prop_assert!(vector.iter().eq(model.iter()));
            prop_assert!(vector.iter().rev().eq(model.iter().rev()));
            prop_assert!(vector.starting_at(70).eq(model.iter().skip(70)));
        }
    }
}
