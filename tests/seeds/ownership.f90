! SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
! The Fortran side of ownership.py: an array that Fortran owns, and work on one that it does not.
module owner
  use, intrinsic :: iso_c_binding
  implicit none
  real(c_double), allocatable, target, save :: grid(:, :), small(:)

contains

  type(c_ptr) function grid_make(rows, columns) bind(c)
    integer(c_int), value :: rows, columns

    allocate (grid(rows, columns))
    grid_make = c_loc(grid)
  end function

  type(c_ptr) function small_make(count) bind(c)
    integer(c_int), value :: count

    allocate (small(count))
    small_make = c_loc(small)
  end function

  subroutine grid_free() bind(c)
    deallocate (grid)
  end subroutine

  subroutine fill_column(array, rows, columns, column) bind(c)
    integer(c_int), value :: rows, columns, column
    real(c_double), intent(inout) :: array(rows, columns)

    array(:, column) = 3.0_c_double
  end subroutine
end module
