<?php get_header(); ?>
COUNT_SCRIPT
<?php while ( have_posts() ) : the_post(); ?>
<p><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a> COUNT</p>
<?php endwhile; get_footer(); ?>
